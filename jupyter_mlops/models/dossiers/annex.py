"""Annex IV of the EU AI Act, point by point: technical documentation under Article 11(1).

Regulation (EU) 2024/1689, https://eur-lex.europa.eu/eli/reg/2024/1689/oj. The points are shortened; the Act's text counts.
"""

from __future__ import annotations

from jupyter_mlops.models.dossiers.template import Asked, Form

_HEADINGS = {
    "1": "A general description of the AI system",
    "2": "A detailed description of its elements and of the process for its development",
    "3": "Monitoring, functioning and control",
    "4": "The appropriateness of the performance metrics",
    "5": "The risk management system in accordance with Article 9",
    "6": "Relevant changes made by the provider through the lifecycle",
    "7": "Harmonised standards applied",
    "8": "The EU declaration of conformity",
    "9": "Evaluation of the performance in the post-market phase",
}
_POINTS = (
    Asked(
        "1(a)",
        "Its intended purpose, the name of the provider, and the version with its relation to previous versions",
        ("purpose", "provider", "identity"),
        needs_words=False,
    ),
    Asked(
        "1(b)",
        "How it interacts, or can be used to interact, with hardware or software, other AI systems included, that is not part of it",
    ),
    Asked(
        "1(c)",
        "The versions of relevant software or firmware, and any requirements on version updates",
        ("environment",),
    ),
    Asked(
        "1(d)",
        "All forms in which it is placed on the market or put into service: packages in hardware, downloads, APIs",
    ),
    Asked("1(e)", "The hardware on which it is intended to run"),
    Asked(
        "1(f)",
        "Where it is a component of products: photographs or illustrations of their external features, marking and internal layout",
    ),
    Asked("1(g)", "A basic description of the user interface provided to the deployer"),
    Asked(
        "1(h)",
        "Instructions for use for the deployer, and a basic description of the user interface, where applicable",
    ),
    Asked(
        "2(a)",
        "The methods and steps of its development, with pre-trained systems or tools of third parties and how they were used, integrated or modified",
        ("run", "environment", "lineage"),
    ),
    Asked(
        "2(b)",
        "The design specifications: general logic, key choices with their rationale and assumptions, classification choices, what it optimises for, "
        "the relevance of the parameters, the expected output and its quality, and trade-offs",
        ("identity", "parameters"),
    ),
    Asked(
        "2(c)",
        "The system architecture: how software components build on each other, and the computational resources used to develop, train, test and validate",
        ("run", "environment"),
    ),
    Asked(
        "2(d)",
        "The data requirements: data sheets on training methods and data sets, their provenance, scope and main characteristics, "
        "how data was obtained and selected, labelled and cleaned",
        ("training", "lineage"),
    ),
    Asked(
        "2(e)",
        "The human oversight measures needed under Article 14, with technical measures that help deployers interpret outputs (Article 13(3)(d))",
    ),
    Asked(
        "2(f)",
        "Pre-determined changes to the system and its performance, and what keeps it compliant through them, where applicable",
    ),
    Asked(
        "2(g)",
        "Validation and testing: the data used and its main characteristics; metrics of accuracy, robustness and potentially discriminatory impacts; "
        "test logs and reports, dated and signed by those responsible",
        ("evaluation", "metrics", "gate", "approvals"),
    ),
    Asked("2(h)", "The cybersecurity measures put in place", ("origin",)),
    Asked(
        "3",
        "Capabilities and limitations in performance, with degrees of accuracy for specific persons or groups and the overall expected accuracy; "
        "foreseeable unintended outcomes and sources of risk to health, safety, fundamental rights and of discrimination; "
        "human oversight under Article 14; specifications on input data",
        ("limitations", "evaluation", "training"),
    ),
    Asked("4", "Why the performance metrics are appropriate for this system", ("evaluation",)),
    Asked("5", "The risk management system in accordance with Article 9, in detail"),
    Asked(
        "6", "The relevant changes made through the lifecycle", ("changes", "promotions"), needs_words=False
    ),
    Asked(
        "7",
        "The harmonised standards applied in full or in part; where none are, the solutions adopted to meet Chapter III, Section 2, "
        "with other standards and technical specifications applied",
    ),
    Asked("8", "A copy of the EU declaration of conformity referred to in Article 47"),
    Asked(
        "9",
        "The system to evaluate performance in the post-market phase under Article 72, with the monitoring plan of Article 72(3)",
    ),
)
ANNEX_IV = Form(
    "Technical documentation",
    "Regulation (EU) 2024/1689 (AI Act), Article 11(1) and Annex IV. The points are shortened; the Act's text counts.",
    _HEADINGS,
    _POINTS,
)
