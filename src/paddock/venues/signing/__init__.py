"""Who may sign what? Keys that only trade: sealed at rest, opened for one signature, bound to a policy.

Everything here runs in the signer's own process (`paddock.runtime.signing`); what a broker needs of it is the typed
requests of `operations`.
"""
