"""Words around the names of products: those that name nothing alone, and those that only ask to buy."""

import re

# "Address galat dal diya" puts something in, and names no lentils
PUTS = re.compile(
    r"\bda+l(?= (?:diy|di\b|do\b|de\b|den|dij|rah|sak|ke\b|kar))|\bda+l(?:a|i|na|ni|unga|enge)\b"
    # "Kaise banana hai" makes it, and names no banana
    r"|(?<=kaise )banana\b|(?<=kese )banana\b|\bbanana(?= (?:padega|padta|hoga|sikh))"
    # "Garam karke kha sakte hai" heats it, and names no garam masala
    r"|\bgaram(?= (?:kar|krk|kr\b|ho|hua|hai|pani|paani|tel|doodh|chai|tha|thi|rakh|khana))",
    re.IGNORECASE,
)
# Words that stand in many product names or in any sentence and name nothing by themselves
GENERIC = {
    "for", "with", "pack", "gram", "order", "best", "classic", "masala", "organic",
    "pure", "fresh", "natural", "item", "village", "wild", "cold", "raw", "whole", "box", "return", "high",
    "hot", "mix", "simple", "powder", "new", "open", "from",
}  # fmt: skip
# Words around a product's name that ask to see or to buy it and say nothing more
SHOPPING = {
    "and", "the",
    "free", "diff", "fark", "farak", "difference", "differences", "compare", "comparison", "vs", "versus", "better", "jyada", "zyada", "achha", "h", "dono", "both",
    "ok", "okay", "acha", "accha", "haan", "then", "lives", "live", "lived", "her", "him", "good", "sure", "yes", "sorry", "actually", "bas", "to", "phir", "fir", "bina", "without", "बिना", "sath", "mere", "mera",
    "a", "all", "also", "am", "an", "any", "are", "available", "buy", "can", "check", "cost", "could", "do", "does",
    "get", "give", "got", "have", "hey", "hi", "how", "i", "in", "is", "it", "kg", "know", "like", "list", "looking",
    "me", "mrp", "much", "my", "need", "now", "of", "on", "or", "please", "plz", "pls", "price", "prices", "product",
    "products", "rate", "sell", "show", "sir", "some", "something", "still", "stock", "tell", "there", "this", "u", "want", "we", "what", "whats", "which", "will", "you", "your",
    "for", "one", "ones", "wala", "wale", "vala", "vali", "other", "another", "same", "about", "tho", "toh", "packet", "packets", "pkt", "pack", "packs", "total",
    "एक", "दो", "वाला", "वाली", "वाले", "ek", "teen", "delivery", "saath",
    "above", "below", "between", "cheap", "cheapest", "over", "than", "under", "upto", "within", "rs", "rupees", "inr",
    "aap", "aur", "chakkar", "batao", "bata", "bataiye", "beech", "bhai", "bhi", "chahiye", "daam", "dikhao", "hai", "hain",
    "ho", "ka", "kahan", "kam", "ke", "ki", "kitna", "kitne", "kitni", "ko", "konsa", "koi", "kya", "kuch",
    "lena", "lunga", "lungi", "lenge", "loonga", "leta", "leti", "manga", "mangau", "mangwa", "mangana", "mangwana", "mein", "mil", "milega", "milta", "milte", "milti", "milna", "mile", "mila", "milate", "milaate", "milaya", "mujhe", "paas", "sasta", "se", "tak", "wali", "ya",
    "और", "का", "कितने", "कितना", "कितनी", "की", "के", "को", "क्या", "चाहिए", "दाम", "दिखाओ", "दिखाइए", "भी",
    "मिलेगा", "मिलेगी", "में", "मुझे", "या", "है", "हैं", "कीमत",
}  # fmt: skip
