import databases
from settings import DATABASE_URL

database = databases.Database(str(DATABASE_URL))
