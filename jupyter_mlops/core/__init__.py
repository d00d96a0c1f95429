"""What every feature stands on: verbs, records, errors, the project and its ledger."""
