"""Handing over: an Akte as an xdomea message with its files, written, checked, published."""
