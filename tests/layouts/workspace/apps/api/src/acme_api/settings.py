from dynaconf import Dynaconf

settings = Dynaconf(envvar_prefix="ACME")
