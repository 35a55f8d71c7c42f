"""What the desk does with people's data.

masking        card numbers and one-time codes taken out of texts
phones         what a phone number is
personal_data  export, erasure and retention
audit          who saw and did what
"""
