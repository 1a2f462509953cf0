"""The rules that the database itself keeps, whoever asks: one ``.sql`` file per table says what the table promises.

``shared.sql`` holds the functions of several tables. ``<<STAGE_STEPS>>`` and its like stand for tables of
``voting.states``, which ``rules`` fills in; ``operation`` installs everything in a migration, ``installed`` compares a
database with the files.

To change a rule, change its file (or ``states.py``) and move ``InstallEvidence("…")`` from the migration that has it
to the end of a new one, with the digest that the test names. It drops every function and trigger of ours and makes them
anew from the files, so it may run again and leaves nothing behind. It stands in one migration alone: the files say what
holds today, and an earlier migration would install rules about columns that do not exist yet.

To hold another table: its moment is one line with ``piaojue_at_status`` or ``piaojue_at_stage``, who may write it one
line with ``piaojue_actor``; a row that a step of the round fixes has one more with ``piaojue_step_taken`` and its word
in ``piaojue_step_proven`` (round.sql); a journal has one with ``piaojue_chained``. ``rights`` keeps everybody but the
owner from what rows do not need.
"""
