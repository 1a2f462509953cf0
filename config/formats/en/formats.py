"""A day in English as in every table and notice: 2026-11-25."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
