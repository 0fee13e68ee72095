"""The REST API: read the query, ask the store, answer with what the schemas dumped, with links and validators."""
