"""A Django database backend that starts PostgreSQL from a wheel on the first connection. For laptops only."""
