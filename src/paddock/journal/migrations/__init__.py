"""How does an older database become one of today? One history of revisions for both engines, run by `upgrade`."""
