"""People and what they may do: persons and their sign-ins, permission sets, teams and availability."""
