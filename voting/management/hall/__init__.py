"""People at a running server over real HTTP: delegates who vote, staff who take the steps."""
