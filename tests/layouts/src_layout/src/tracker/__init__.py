from .orm import Base
from .tasks import Task

__all__ = ["Base", "Task"]
