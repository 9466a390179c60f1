"""Revision files: found, read without importing, indexed, written."""
