from acme_models.base import Base

__all__ = ["Base"]
