# SPDX-License-Identifier: Apache-2.0
"""Upper and lower case and NFC beside Rust and ICU, on sentences as people write them. Every result is held against Python's."""
import functools
import json
import unicodedata

from harness import Contender, Failed, Measurement, Row, run, rust_program, small_rival, version

LATIN = ("The wheel of the mill turns while the water falls; two sacks of grain, 50 kg each, wait by the door of the old house.\n"
         "Nobody has carried them in yet: it's Sunday, and the miller's at the fair.\n")
SENTENCES = {
    "ascii-unchanged": LATIN.upper(),
    "ascii": LATIN,
    "german": "Über dem Mühlrad fällt das Wasser schräg herab; früher trug der Müller jeden Sack größten Fleißes selbst die Straße hinauf.\n"
              "Heute, am schönen Sonntag, hört man draußen nur Vögel und das Rauschen der Bäume.\n",
    "cyrillic": "Мельница стоит у реки, и колесо медленно вращается, пока вода падает вниз; два мешка зерна ждут у двери старого дома.\n"
                "Никто их ещё не занёс: сегодня воскресенье, и мельник уехал на ярмарку.\n",
    "greek": "Ο μύλος στέκεται δίπλα στο ποτάμι και η ρόδα γυρίζει αργά, καθώς πέφτει το νερό· δύο σακιά σιτάρι περιμένουν στην πόρτα.\n"
             "Κανείς δεν τα έχει φέρει μέσα ακόμη: είναι Κυριακή και ο μυλωνάς λείπει στο πανηγύρι.\n",
    "greek-capitals": "Ο ΜΥΛΟΣ ΣΤΕΚΕΤΑΙ ΔΙΠΛΑ ΣΤΟ ΠΟΤΑΜΙ· Ο ΜΥΛΩΝΑΣ ΛΕΙΠΕΙ ΣΤΟ ΠΑΝΗΓΥΡΙ, ΚΙ ΟΙ ΣΑΚΟΙ ΤΟΥ ΣΙΤΑΡΙΟΥ ΣΤΗΝ ΠΟΡΤΑ ΤΟΥ.\n",
    "mixed": "The mill turns. Die Mühle mahlt schon früh. Мельница стоит у реки. Ο μύλος γυρίζει αργά. 水車は川のそばで回っている。\n"
             "Le moulin tourne près de la rivière, même l'été. Cối xay quay chậm bên bờ sông. Değirmen ırmağın yanında döner. العجلة تدور.\n",
    "emoji": "Good morning! ☀️ The mill is running 🌾🌾 and everybody is happy 😀🎉 see you at five 👋🏽❤️\n"
             "🚀🚀🚀 new flour, fresh bread 🍞🥖 — come and taste 😋 #mill 👨‍👩‍👧‍👦 🇩🇪🇬🇷🇯🇵\n",
    "decomposed": unicodedata.normalize("NFD", "Über dem Mühlrad fällt das Wasser schräg herab. Le moulin tourne près de la rivière, même l'été.\n"),
    "composed": "Über dem Mühlrad fällt das Wasser. Ο μύλος γυρίζει αργά. Мельница стоит у реки. 水車は川のそばで回っている。\n",
}
SIZES = {"64 B": (64, 2000), "4 KiB": (4096, 40), "1 MiB": (1 << 20, 1)}  # bytes; calls a sample, so few that most samples are not interrupted
PYTHON = {"upper": str.upper, "lower": str.lower, "nfc": functools.partial(unicodedata.normalize, "NFC")}


@functools.cache
def text_of(kind, size):
    """Sentences up to that many bytes, cut between code points and never before a combining one."""
    text, used = SENTENCES[kind] * (size // len(SENTENCES[kind]) + 1), 0
    for at, character in enumerate(text):
        used += len(character.encode())
        if used > size:
            while unicodedata.combining(text[at]):
                at -= 1
            return text[:at]
    return text


def fnv(data):
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 & 2**64 - 1
    return f"{value:016x}"


@functools.cache
def expected(operation, kind, size):
    return fnv(PYTHON[operation](text_of(kind, size)).encode())


def timed(who, way, operation, kind, label, is_tiny):
    size, calls = SIZES[label]
    calls = calls // 20 + 1 if is_tiny else calls

    def measure(work):
        path = work.folder / f"{kind}-{size}.txt"
        if not path.exists():
            path.write_text(text_of(kind, size), encoding="utf-8", newline="")
        arguments = (way, path, calls) if who == "rust" else (who, way, path, calls)
        printed = json.loads(run([rust_program(work, "text"), *arguments])[2]) if who == "rust" else small_rival(work, "text_peer", *arguments)
        if printed["result"] != expected(operation, kind, size):
            raise Failed(f"{who} made {printed['result']}, not {expected(operation, kind, size)}")
        return Measurement(printed["nanoseconds"])
    return measure


def row(operation, kind, label, is_tiny):
    def contender(name, who, way, remark, was=""):
        return Contender(name, timed(who, way, operation, kind, label, is_tiny), was, remark)
    rustc, gcc = version("rustc", "--version"), version("g++", "--version")
    is_old = (operation, kind, label) == ("upper", "ascii", "4 KiB")
    contenders = [contender("millrace", "millrace", operation, gcc)]
    if operation != "nfc":
        contenders.append(contender("Rust", "rust", operation, rustc, "317 ns" if is_old else ""))
    if operation == "upper" and kind == "ascii-unchanged":
        contenders.append(contender("Rust, the document's Cow", "rust", "cow", rustc))
    contenders.append(contender("ICU", "icu", operation, gcc, "28,000 ns" if is_old else ""))
    return Row(f"text/{operation}/{kind}/{label.replace(' ', '')}", f"{label} of {kind}: {operation}", "ns", contenders, bases=("millrace",),
               higher_is_better=False)


def rows(sizes):
    cased = ["ascii-unchanged", "ascii", "german", "cyrillic", "greek", "mixed", "emoji"]
    wanted = [("upper", kind, label) for kind in cased for label in SIZES]
    wanted += [("lower", kind, "4 KiB") for kind in [*cased[1:], "greek-capitals"]]
    wanted += [("nfc", kind, "4 KiB") for kind in ("ascii", "composed", "decomposed")]
    return [row(*each, is_tiny=sizes.posts < 10_000) for each in wanted]
