from .kit import hyperliquid_simulator

__all__ = ["hyperliquid_simulator"]
