/* Generated from the verbs by `make generate`; change their code instead. */

export interface IVerb {
  readonly summary: string;
  readonly effect: 'read' | 'write';
  readonly role: 'viewer' | 'contributor' | 'approver' | 'admin';
  readonly isLong: boolean;
  readonly isCell: boolean;
  readonly words: readonly string[];
  readonly options: readonly { readonly name: string; readonly flag: boolean; readonly repeated: boolean }[];
}

export const VERBS: Record<string, IVerb> = {
  "init": {
    "summary": "Make this folder a project: one .mlops folder that holds its state.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "status": {
    "summary": "Show what the project holds, what serves, and what happened last.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "doctor": {
    "summary": "Check the project, its stores, the tracker and Jupyter, and say how to mend what is broken.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "demo": {
    "summary": "Run the whole life cycle on bundled data: snapshot, train, compare, register, promote, roll back, audit.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "folder",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "show": {
    "summary": "Show a snapshot, model version, run, execution, notebook or pipeline, whatever the reference names.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": []
  },
  "history": {
    "summary": "Tell who did what to a dataset, model, version or run, when and why.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "trace": {
    "summary": "Tell which versions hold a row or a person's rows, which models saw them, and what was erased since.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "name",
      "column",
      "value"
    ],
    "options": [
      {
        "name": "where",
        "flag": false,
        "repeated": true
      },
      {
        "name": "also",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "export": {
    "summary": "Write what a reference names as files that other tools read, whole or not at all.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "ref",
      "path"
    ],
    "options": [
      {
        "name": "to",
        "flag": false,
        "repeated": false
      },
      {
        "name": "overwrite",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "verify": {
    "summary": "Read every object of one snapshot or of all and name what is harmed; or check a passport, anywhere.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "deep",
        "flag": true,
        "repeated": false
      },
      {
        "name": "key",
        "flag": false,
        "repeated": false
      },
      {
        "name": "model",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "settings": {
    "summary": "Show every setting, its value and where it came from.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "plugins": {
    "summary": "List the adapters, checks and verbs that are plugged in, and which package brought each.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "magics": {
    "summary": "Add the verbs to this notebook as magics of their own, or take them back.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "state"
    ],
    "options": []
  },
  "snapshot": {
    "summary": "Keep a table exactly as it is, as the next version of a dataset; equal content makes none.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "table",
      "name"
    ],
    "options": [
      {
        "name": "note",
        "flag": false,
        "repeated": false
      },
      {
        "name": "pii",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "load": {
    "summary": "Bring a snapshot back as the DataFrame it was, exactly.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "columns",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "datasets": {
    "summary": "List the datasets and their latest versions, or the versions of one, newest first.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      },
      {
        "name": "page",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "prune": {
    "summary": "Remove objects that no version needs and what dead writers left behind, once they are a day old.",
    "effect": "write",
    "role": "approver",
    "isLong": true,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "keep",
        "flag": false,
        "repeated": false
      },
      {
        "name": "grace_hours",
        "flag": false,
        "repeated": false
      },
      {
        "name": "dry_run",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "profile": {
    "summary": "Say what is known of a table's columns; of a snapshot without reading its rows.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "subject"
    ],
    "options": [
      {
        "name": "also",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "diff": {
    "summary": "Tell two tables apart: schema, rows added, removed and changed, cells, and how far columns moved.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "before",
      "after"
    ],
    "options": [
      {
        "name": "key",
        "flag": false,
        "repeated": true
      },
      {
        "name": "match",
        "flag": false,
        "repeated": false
      },
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "derive": {
    "summary": "Make a version from others by a function or a fitted transformer, and keep the recipe.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "source",
        "flag": false,
        "repeated": true
      },
      {
        "name": "using",
        "flag": false,
        "repeated": false
      },
      {
        "name": "param",
        "flag": false,
        "repeated": true
      },
      {
        "name": "keep",
        "flag": false,
        "repeated": true
      },
      {
        "name": "again",
        "flag": true,
        "repeated": false
      },
      {
        "name": "note",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "asof": {
    "summary": "Add to each event the latest features from before it, never from its own moment or later.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "events",
      "features"
    ],
    "options": [
      {
        "name": "time",
        "flag": false,
        "repeated": false
      },
      {
        "name": "feature_time",
        "flag": false,
        "repeated": false
      },
      {
        "name": "by",
        "flag": false,
        "repeated": true
      },
      {
        "name": "inclusive",
        "flag": true,
        "repeated": false
      },
      {
        "name": "within",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "mask": {
    "summary": "Keep a table with its personal columns masked: hashed, redacted, made coarser, or altered in form.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "subject",
      "name"
    ],
    "options": [
      {
        "name": "columns",
        "flag": false,
        "repeated": true
      },
      {
        "name": "how",
        "flag": false,
        "repeated": false
      },
      {
        "name": "note",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "forget": {
    "summary": "Erase a person's rows from every version of a dataset and of its masked copies, and prove it.",
    "effect": "write",
    "role": "admin",
    "isLong": true,
    "isCell": false,
    "words": [
      "name",
      "column",
      "value"
    ],
    "options": [
      {
        "name": "also",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "expect": {
    "summary": "Propose a contract that good versions of a dataset keep, and write its file once you have seen it.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "refs"
    ],
    "options": [
      {
        "name": "write",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "validate": {
    "summary": "Ask whether a table keeps its contract, or the rules in the cell, and which rows do not.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "subject",
      "rules"
    ],
    "options": [
      {
        "name": "dataset",
        "flag": false,
        "repeated": false
      },
      {
        "name": "gate",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "leaks": {
    "summary": "Look for leaks: test rows seen in training, features that echo the target, training after testing.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "train",
      "test"
    ],
    "options": [
      {
        "name": "target",
        "flag": false,
        "repeated": false
      },
      {
        "name": "time",
        "flag": false,
        "repeated": false
      },
      {
        "name": "group",
        "flag": false,
        "repeated": true
      },
      {
        "name": "ignore",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "record": {
    "summary": "Run a cell, and keep its parameters, metrics, figures and models in a run.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": true,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "experiment",
        "flag": false,
        "repeated": false
      },
      {
        "name": "tags",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "tune": {
    "summary": "Search for the parameters with which the cell, or a notebook, scores best; each trial is a run.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "cell",
      "name"
    ],
    "options": [
      {
        "name": "trials",
        "flag": false,
        "repeated": false
      },
      {
        "name": "timeout",
        "flag": false,
        "repeated": false
      },
      {
        "name": "direction",
        "flag": false,
        "repeated": false
      },
      {
        "name": "sampler",
        "flag": false,
        "repeated": false
      },
      {
        "name": "pruner",
        "flag": false,
        "repeated": false
      },
      {
        "name": "jobs",
        "flag": false,
        "repeated": false
      },
      {
        "name": "resume",
        "flag": true,
        "repeated": false
      },
      {
        "name": "seed",
        "flag": false,
        "repeated": false
      },
      {
        "name": "space",
        "flag": false,
        "repeated": true
      },
      {
        "name": "score",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "baseline": {
    "summary": "Measure what a table allows without craft, and keep the best of a few families of models.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "table",
      "target"
    ],
    "options": [
      {
        "name": "minutes",
        "flag": false,
        "repeated": false
      },
      {
        "name": "seed",
        "flag": false,
        "repeated": false
      },
      {
        "name": "splits",
        "flag": false,
        "repeated": false
      },
      {
        "name": "task",
        "flag": false,
        "repeated": false
      },
      {
        "name": "group",
        "flag": false,
        "repeated": false
      },
      {
        "name": "time",
        "flag": false,
        "repeated": false
      },
      {
        "name": "metric",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "runs": {
    "summary": "List the runs, newest first, with their status and main metrics.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "query"
    ],
    "options": [
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      },
      {
        "name": "page",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "compare": {
    "summary": "Set runs or model versions beside each other: metrics, parameters, data, code, and why they differ.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "runs"
    ],
    "options": [
      {
        "name": "replay",
        "flag": true,
        "repeated": false
      },
      {
        "name": "minutes",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "reproduce": {
    "summary": "Make a run again from its record in a fresh kernel, compare, and seal whether it is reproduced.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "run"
    ],
    "options": [
      {
        "name": "tolerance",
        "flag": false,
        "repeated": false
      },
      {
        "name": "timeout",
        "flag": false,
        "repeated": false
      },
      {
        "name": "environment",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "prove": {
    "summary": "Run a model's recorded cells top to bottom in a fresh kernel, and stamp it proven if the same comes of it.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "subject"
    ],
    "options": [
      {
        "name": "timeout",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "replay": {
    "summary": "Find what the change of the metrics between two runs comes from, by running again with one factor swapped.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "before",
      "after"
    ],
    "options": [
      {
        "name": "minutes",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "register": {
    "summary": "Make a fitted estimator the next version of a model, with its run, its data and what it may load.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "model",
      "name"
    ],
    "options": [
      {
        "name": "trust",
        "flag": false,
        "repeated": true
      },
      {
        "name": "run",
        "flag": false,
        "repeated": false
      },
      {
        "name": "note",
        "flag": false,
        "repeated": false
      },
      {
        "name": "owner",
        "flag": false,
        "repeated": false
      },
      {
        "name": "tag",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "models": {
    "summary": "List the registered models and their versions, or those that fit a name and what else is asked.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "owner",
        "flag": false,
        "repeated": false
      },
      {
        "name": "tag",
        "flag": false,
        "repeated": true
      },
      {
        "name": "alias",
        "flag": false,
        "repeated": false
      },
      {
        "name": "verdict",
        "flag": false,
        "repeated": false
      },
      {
        "name": "latest",
        "flag": true,
        "repeated": false
      },
      {
        "name": "group",
        "flag": false,
        "repeated": false
      },
      {
        "name": "sort",
        "flag": false,
        "repeated": false
      },
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      },
      {
        "name": "page",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "evaluate": {
    "summary": "Judge a model version on data: metrics with intervals, the worst slices, calibration, fairness.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "version",
      "data"
    ],
    "options": [
      {
        "name": "target",
        "flag": false,
        "repeated": false
      },
      {
        "name": "by",
        "flag": false,
        "repeated": true
      },
      {
        "name": "metrics",
        "flag": false,
        "repeated": true
      },
      {
        "name": "groups",
        "flag": false,
        "repeated": true
      },
      {
        "name": "costs",
        "flag": false,
        "repeated": false
      },
      {
        "name": "query",
        "flag": false,
        "repeated": false
      },
      {
        "name": "task",
        "flag": false,
        "repeated": false
      },
      {
        "name": "smallest",
        "flag": false,
        "repeated": false
      },
      {
        "name": "again",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "explain": {
    "summary": "Say why a model version predicts what it does: importance, dependence, and single predictions.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "version",
      "data"
    ],
    "options": [
      {
        "name": "target",
        "flag": false,
        "repeated": false
      },
      {
        "name": "by",
        "flag": false,
        "repeated": true
      },
      {
        "name": "row",
        "flag": false,
        "repeated": true
      },
      {
        "name": "columns",
        "flag": false,
        "repeated": true
      },
      {
        "name": "measure",
        "flag": false,
        "repeated": false
      },
      {
        "name": "task",
        "flag": false,
        "repeated": false
      },
      {
        "name": "again",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "card": {
    "summary": "Write the card of a model version from evidence: data, run, scores, approvals; gaps show as gaps.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "version"
    ],
    "options": [
      {
        "name": "markdown",
        "flag": true,
        "repeated": false
      },
      {
        "name": "vulnerable",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "dossier": {
    "summary": "Answer the points of a compliance template from evidence: EU AI Act, Annex IV, or a generic one.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "model"
    ],
    "options": [
      {
        "name": "template",
        "flag": false,
        "repeated": false
      },
      {
        "name": "to",
        "flag": false,
        "repeated": false
      },
      {
        "name": "file",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "gate": {
    "summary": "Judge a version by the gate of an alias, champion unless another is named; nothing is moved.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "version",
      "to"
    ],
    "options": [
      {
        "name": "require",
        "flag": false,
        "repeated": true
      },
      {
        "name": "data",
        "flag": false,
        "repeated": false
      },
      {
        "name": "target",
        "flag": false,
        "repeated": false
      },
      {
        "name": "write",
        "flag": true,
        "repeated": false
      },
      {
        "name": "report",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "promote": {
    "summary": "Point an alias, champion unless another is named, at a version that its gate lets pass.",
    "effect": "write",
    "role": "approver",
    "isLong": true,
    "isCell": false,
    "words": [
      "version",
      "to"
    ],
    "options": [
      {
        "name": "note",
        "flag": false,
        "repeated": false
      },
      {
        "name": "despite",
        "flag": false,
        "repeated": false
      },
      {
        "name": "plan",
        "flag": true,
        "repeated": false
      },
      {
        "name": "yes",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "rollback": {
    "summary": "Point an alias back at the version it pointed at before; again, and it goes one further back.",
    "effect": "write",
    "role": "approver",
    "isLong": false,
    "isCell": false,
    "words": [
      "name",
      "to"
    ],
    "options": [
      {
        "name": "note",
        "flag": false,
        "repeated": false
      },
      {
        "name": "plan",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "trust": {
    "summary": "Vouch for the very files of a version that others registered, so that it may be loaded.",
    "effect": "write",
    "role": "approver",
    "isLong": false,
    "isCell": false,
    "words": [
      "version",
      "digest",
      "why"
    ],
    "options": []
  },
  "pipeline": {
    "summary": "Infer a pipeline from a notebook's cells, and write its file once you have seen it.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "notebook",
      "name"
    ],
    "options": [
      {
        "name": "write",
        "flag": true,
        "repeated": false
      },
      {
        "name": "force",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "pipelines": {
    "summary": "List the project's pipelines: their steps, what starts them, and what is wrong with their files.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "run": {
    "summary": "Run a notebook or a pipeline in fresh kernels, as a recorded execution.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "target"
    ],
    "options": [
      {
        "name": "param",
        "flag": false,
        "repeated": true
      },
      {
        "name": "timeout",
        "flag": false,
        "repeated": false
      },
      {
        "name": "name",
        "flag": false,
        "repeated": false
      },
      {
        "name": "detach",
        "flag": true,
        "repeated": false
      },
      {
        "name": "key",
        "flag": false,
        "repeated": false
      },
      {
        "name": "priority",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "executions": {
    "summary": "List executions of pipelines and notebooks, newest first, with how they stand.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "pipeline"
    ],
    "options": [
      {
        "name": "status",
        "flag": false,
        "repeated": false
      },
      {
        "name": "parent",
        "flag": false,
        "repeated": false
      },
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      },
      {
        "name": "page",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "follow": {
    "summary": "Wait until an execution ends or waits for people, showing how far it has come.",
    "effect": "read",
    "role": "viewer",
    "isLong": true,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "wait",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "cancel": {
    "summary": "Cancel an execution: nothing more begins, and what runs is stopped within seconds.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": []
  },
  "retry": {
    "summary": "Go on with an execution that failed or was cancelled, from its failed step and cell.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "from_start",
        "flag": true,
        "repeated": false
      },
      {
        "name": "detach",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "attach": {
    "summary": "Find the kernel that a failed step has kept, with its variables as they were at the failure.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "end",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "sweep": {
    "summary": "Ask for one execution for each combination of values; workers run them side by side.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "target"
    ],
    "options": [
      {
        "name": "over",
        "flag": false,
        "repeated": true
      },
      {
        "name": "param",
        "flag": false,
        "repeated": true
      },
      {
        "name": "priority",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "when": {
    "summary": "Say in words when a cron expression fires, with its next five times.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "cron"
    ],
    "options": [
      {
        "name": "zone",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "schedule": {
    "summary": "Start a pipeline or a notebook by itself, as its files are now: by cron, or when something happens.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "target"
    ],
    "options": [
      {
        "name": "cron",
        "flag": false,
        "repeated": false
      },
      {
        "name": "zone",
        "flag": false,
        "repeated": false
      },
      {
        "name": "on",
        "flag": false,
        "repeated": false
      },
      {
        "name": "name",
        "flag": false,
        "repeated": false
      },
      {
        "name": "param",
        "flag": false,
        "repeated": true
      },
      {
        "name": "overlap",
        "flag": false,
        "repeated": false
      },
      {
        "name": "catchup",
        "flag": false,
        "repeated": false
      },
      {
        "name": "jitter",
        "flag": false,
        "repeated": false
      },
      {
        "name": "debounce",
        "flag": false,
        "repeated": false
      },
      {
        "name": "update",
        "flag": true,
        "repeated": false
      },
      {
        "name": "keep",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "unschedule": {
    "summary": "Remove a schedule; what it had started goes on, and the record of its slots stays.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": []
  },
  "pause": {
    "summary": "Pause a schedule, or an execution between its steps, until it is resumed.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": []
  },
  "resume": {
    "summary": "Resume a schedule or an execution; what a schedule would have started meanwhile is left out.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": []
  },
  "backfill": {
    "summary": "Start an execution for each slot of a range that has none, one after the other, and none twice.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "since",
        "flag": false,
        "repeated": false
      },
      {
        "name": "until",
        "flag": false,
        "repeated": false
      },
      {
        "name": "dry_run",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "trigger": {
    "summary": "Start what a schedule starts, now: as it is frozen, paused or not, with its overlap policy.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "name"
    ],
    "options": [
      {
        "name": "param",
        "flag": false,
        "repeated": true
      }
    ]
  },
  "output": {
    "summary": "Give a value to the steps that come after, as `${steps.STEP.outputs.NAME}`.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "value"
    ],
    "options": []
  },
  "worker": {
    "summary": "Perform what is queued and due, until told to stop.",
    "effect": "write",
    "role": "contributor",
    "isLong": true,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "slots",
        "flag": false,
        "repeated": false
      },
      {
        "name": "queues",
        "flag": false,
        "repeated": true
      },
      {
        "name": "name",
        "flag": false,
        "repeated": false
      },
      {
        "name": "until_idle",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "request": {
    "summary": "Ask others to approve that an alias, champion unless another is named, moves to a version.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [
      "subject"
    ],
    "options": [
      {
        "name": "to",
        "flag": false,
        "repeated": false
      },
      {
        "name": "message",
        "flag": false,
        "repeated": false
      },
      {
        "name": "needed",
        "flag": false,
        "repeated": false
      },
      {
        "name": "days",
        "flag": false,
        "repeated": false
      },
      {
        "name": "withdraw",
        "flag": true,
        "repeated": false
      }
    ]
  },
  "approve": {
    "summary": "Approve what somebody else asks: a promotion, or the next step of a pipeline.",
    "effect": "write",
    "role": "approver",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "comment",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "deny": {
    "summary": "Deny what somebody else asks, and say why.",
    "effect": "write",
    "role": "approver",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "comment",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "approvals": {
    "summary": "List requests for approval, open ones first, with their votes.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "state",
        "flag": false,
        "repeated": false
      },
      {
        "name": "about",
        "flag": false,
        "repeated": false
      },
      {
        "name": "mine",
        "flag": true,
        "repeated": false
      },
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "audit": {
    "summary": "List what was done, by whom and with what outcome; prove that nobody rewrote it.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "verify",
        "flag": true,
        "repeated": false
      },
      {
        "name": "against",
        "flag": false,
        "repeated": true
      },
      {
        "name": "prove",
        "flag": false,
        "repeated": false
      },
      {
        "name": "since",
        "flag": false,
        "repeated": false
      },
      {
        "name": "check",
        "flag": false,
        "repeated": false
      },
      {
        "name": "to",
        "flag": false,
        "repeated": false
      },
      {
        "name": "file",
        "flag": false,
        "repeated": false
      },
      {
        "name": "by",
        "flag": false,
        "repeated": false
      },
      {
        "name": "did",
        "flag": false,
        "repeated": false
      },
      {
        "name": "about",
        "flag": false,
        "repeated": false
      },
      {
        "name": "outcome",
        "flag": false,
        "repeated": false
      },
      {
        "name": "start",
        "flag": false,
        "repeated": false
      },
      {
        "name": "end",
        "flag": false,
        "repeated": false
      },
      {
        "name": "limit",
        "flag": false,
        "repeated": false
      },
      {
        "name": "before",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "checkpoint": {
    "summary": "Sign the ledger as it stands, and copy the signature to where settings say.",
    "effect": "write",
    "role": "contributor",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": []
  },
  "rekey": {
    "summary": "Let another key sign the ledger from now on, vouched for by the one before it unless that is lost.",
    "effect": "write",
    "role": "admin",
    "isLong": false,
    "isCell": false,
    "words": [],
    "options": [
      {
        "name": "note",
        "flag": false,
        "repeated": false
      }
    ]
  },
  "lineage": {
    "summary": "Tell what a thing came from and what came from it: source, snapshot, run, version, deployment.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "ref"
    ],
    "options": [
      {
        "name": "up",
        "flag": true,
        "repeated": false
      },
      {
        "name": "down",
        "flag": true,
        "repeated": false
      },
      {
        "name": "depth",
        "flag": false,
        "repeated": false
      }
    ]
  }
};
