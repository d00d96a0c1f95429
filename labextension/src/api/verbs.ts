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
    "summary": "Show a snapshot, model version, run or notebook, whatever the reference names.",
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
    "summary": "Set runs beside each other: metrics, parameters, data and code, what differs first.",
    "effect": "read",
    "role": "viewer",
    "isLong": false,
    "isCell": false,
    "words": [
      "runs"
    ],
    "options": []
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
      }
    ]
  },
  "models": {
    "summary": "List the registered models and their versions, or those of one model, newest first.",
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
  "promote": {
    "summary": "Point an alias at a model version, champion unless another is named.",
    "effect": "write",
    "role": "approver",
    "isLong": false,
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
      }
    ]
  },
  "run": {
    "summary": "Run a notebook in a fresh kernel, as a recorded run.",
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
      }
    ]
  },
  "audit": {
    "summary": "List what was done, by whom and with what outcome.",
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
  }
};
