// SPDX-License-Identifier: Apache-2.0
//
// Random operations on numbers, most of all on decimals at the edge of what they hold.

function generator(seed) {
  let state = BigInt(seed) & 0xffffffffffffffffn;
  return (limit) => { // splitmix64
    state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return Number((z ^ (z >> 31n)) % BigInt(limit));
  };
}

// A float and a decimal that are all but the same: the engine compares them by products that are rounded, so that one float equals
// several decimals, and 0.00214 is not 0.00214dec; ours is the shortest form of the float.
function too_close(a, b) {
  const [x, y] = [a, b].map((text) => Number(text.replace(/dec$|f$/, "")));
  return /f$/.test(a) !== /f$/.test(b) && Math.abs(x - y) <= 1e-9 * Math.abs(x);
}

export function random_cases(count = 12000) {
  const seed = process.env.MILLRACE_SEED ?? String(Date.now());
  console.log(`MILLRACE_SEED=${seed}`);
  const below = generator(seed);
  const digits = (most) => {
    let text = String(1 + below(9));
    for (let left = below(most); left > 0; left--) text += below(4) === 0 ? "0" : below(4) === 0 ? "9" : String(below(10));
    return text;
  };
  const sign = () => (below(3) === 0 ? "-" : "");
  const decimal = () => {
    let text = digits([2, 5, 10, 19, 28][below(5)]);
    const scale = below(2) === 0 ? 0 : below(29);
    if (scale > 0) text = `${text.padStart(scale + 1, "0").slice(0, -scale)}.${text.padStart(scale + 1, "0").slice(-scale)}`;
    return `${sign()}${text}dec`;
  };
  const integer = () => `${sign()}${digits([1, 3, 9, 17][below(4)])}`;
  const real = () => {
    const text = digits([1, 4, 16][below(3)]);
    const exponent = below(3) === 0 ? below(40) - 20 : below(7) - 3;
    return `${sign()}${text[0]}.${text.slice(1) || "0"}e${exponent}f`;
  };
  const number = () => [decimal, decimal, decimal, integer, real][below(5)]();
  const close = (text) => { // another number near to it, or the same as another kind
    const bare = text.replace(/dec$|f$/, "");
    if (/e/.test(bare)) return below(2) ? text : decimal();
    return below(2) ? `${bare}dec` : /\./.test(bare) || below(2) ? `${bare}f` : text;
  };
  const cases = [];
  while (cases.length < count) {
    const a = number();
    const b = below(4) === 0 ? close(a) : number();
    const operation = ["+", "-", "*", "/", "%", "<", "=", "+", "-", "*", "/", "**", "<decimal>", "<float>", "<int>", "<string>", "neg"][below(17)];
    if (operation === "**") {
      const power = [() => String(below(8)), () => `-${below(6)}`, () => `${below(4)}.${below(100)}f`, () => `${sign()}${below(3)}.${below(1000)}dec`][below(4)]();
      cases.push([operation, a, power]);
    } else if (!/^[<=]$/.test(operation) || !too_close(a, b)) {
      cases.push(operation.length > 2 && operation !== "**" ? [operation, a, ""] : [operation, a, b]);
    }
  }
  return cases;
}
