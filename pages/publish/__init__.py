"""Turn what MkDocs builds into the finished site."""
