"""How good a model is: its predictions, the measures of them, and how sure they are."""
