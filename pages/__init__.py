"""What makes a page true: reads its fences, runs it as one session, compares and draws in."""
