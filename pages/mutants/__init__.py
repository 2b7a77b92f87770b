"""Change a page or a module on purpose and list the changes that no test caught."""
