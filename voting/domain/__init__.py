"""The verbs of the procedure, one module per stage, each with its refusals."""
