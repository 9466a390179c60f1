from config import config
from flask import Flask

from app.extensions import db


def create_app(name: str = "development") -> Flask:
    app = Flask(__name__)
    app.config.from_object(config[name])
    db.init_app(app)
    return app
