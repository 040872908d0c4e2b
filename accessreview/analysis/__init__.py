"""The thinking: effective privileges, rules, explanations, simulation; pure functions."""
