"""Days as the pages write them, where Django's own form of a language differs."""
