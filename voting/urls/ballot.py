"""The addresses of the delegate's pages."""

from __future__ import annotations

from django.urls import path

from voting.views.vote import ballot, carried_marks

urlpatterns = [
    path("ballot/", ballot.ballot, name="ballot"),
    path("ballot/review/", ballot.review, name="ballot-review"),
    path("ballot/cast/", ballot.cast, name="ballot-cast"),
    path("ballot/test/", ballot.test, name="ballot-test"),
    path("ballot/kept/", ballot.kept, name="ballot-kept"),
    path("ballot/sign-in/", carried_marks.sign_in_again, name="ballot-sign-in"),
]
