from quart import Quart

from blog.db import make_sessions

app = Quart(__name__)
sessions = make_sessions()
