"""Read a list of delegates from XLSX or CSV, and check it row by row. Nothing here writes."""
