"""The widget: what it shows beside the conversation itself."""
