from orm import Base
from sqlalchemy import Column, Integer


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
