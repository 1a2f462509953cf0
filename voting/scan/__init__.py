"""Paper ballots by scanner: the layout of a sheet, and what a picture of one says, with reasons.

Knows ``voting.count``, the standard library, numpy, OpenCV and PDFium. What needs no numpy imports none: ``layout``,
``reading`` and ``markers`` are for whoever draws the sheet or shows what was read.
"""
