"""The steps that follow MkDocs: what turns its output into the finished site."""
