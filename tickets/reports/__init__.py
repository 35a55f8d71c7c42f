"""Figures: how quickly customers are answered, and how they rate it.

rollup    adds the tickets of a day up into rows, by a job
figures   adds the rows up for the page: cards, days, agents, categories
comments  what customers wrote beside their ratings
tickets_csv  tickets as CSV
cells     cells that start no formula in a spreadsheet
views     /support/figures/ and its CSV
"""
