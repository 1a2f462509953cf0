"""The adopted rules in words, generated from the settings: a whole 票决办法, and the same in a few sentences."""

from voting.read_models.vote.rule_words import residents
from voting.read_models.vote.rule_words.measures import Article, articles, sentences

__all__ = ["Article", "articles", "residents", "sentences"]
