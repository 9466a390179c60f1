from shop import domain
from sqlalchemy import Column, Integer, Table
from sqlalchemy.orm import registry

mapper_registry = registry()
orders = Table("orders", mapper_registry.metadata, Column("id", Integer, primary_key=True))


def start_mappers() -> None:
    mapper_registry.map_imperatively(domain.Order, orders)
