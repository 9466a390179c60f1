raise RuntimeError("views need a running server")
