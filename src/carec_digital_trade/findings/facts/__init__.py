"""What the sentences of each notebook rest on: who is larger, is it settled, who is missing."""
