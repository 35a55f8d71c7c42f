"""Files that people send and fetch; pictures have their own room (`tickets/pictures`).

- `attachments`: uploaded files, stored as they are; `downloads`: a stored file as a response
- `csv_cells`: cells that no spreadsheet runs
"""
