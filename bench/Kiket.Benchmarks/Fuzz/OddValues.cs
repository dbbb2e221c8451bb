using System.Text;
using System.Text.Json.Nodes;

namespace Kiket.Benchmarks.Fuzz;

/// <summary>Values that programs do not expect, and ways to corrupt expected ones.</summary>
internal static class OddValues
{
    private static readonly string[] Texts =
    [
        "",
        " ",
        "0",
        "-1",
        "null",
        "true",
        "NaN",
        "1e400",
        "9223372036854775808",
        "2026-02-30",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999+14:00",
        "../../etc/passwd",
        "%00",
        "'; DROP TABLE issues; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "${env.PATH}",
        "\u0000",
        "a\u0000b",
        "\r\nX-Injected: yes",
        "\ufeff\u200f\u202e",
        "e\u0301\u0301\u0301",
        "İıſß",
        "👩‍👩‍👧‍👦",
        "\uffff",
        "*",
        "me",
        "issues:write",
        "title desc, title asc",
    ];

    private static readonly double[] Numbers =
    [
        0,
        -1,
        1,
        0.1,
        -0.0,
        int.MaxValue,
        int.MinValue,
        2147483648,
        long.MaxValue,
        long.MinValue,
        1e30,
        1e308,
        -1e308,
        1e-320,
    ];

    public static string Text(Random random) =>
        random.Next(20) switch
        {
            0 => new string('x', 1 << random.Next(6, 17)),
            1 => string.Concat(Enumerable.Repeat("😀", 1 << random.Next(3, 12))),
            _ => Texts[random.Next(Texts.Length)],
        };

    public static JsonNode? Json(Random random) =>
        random.Next(10) switch
        {
            0 or 1 => null,
            2 => random.Next(2) == 0,
            3 or 4 => Numbers[random.Next(Numbers.Length)],
            5 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(random))]),
            6 => new JsonArray([.. Enumerable.Range(0, 1_000).Select(n => (JsonNode)n)]),
            7 => Nested(random.Next(2, 100)),
            _ => Text(random),
        };

    /// <summary>Replaces, removes or adds something, anywhere.</summary>
    public static JsonNode? Spoil(JsonNode? node, Random random)
    {
        if (node is JsonObject members && members.Count > 0 && random.Next(8) > 0)
        {
            var name = members.ElementAt(random.Next(members.Count)).Key;
            switch (random.Next(12))
            {
                case 0:
                    members.Remove(name);
                    break;
                case 1:
                    members[Text(random)] = Json(random);
                    break;
                default:
                    var member = members[name];
                    members.Remove(name);
                    members[name] = Spoil(member, random);
                    break;
            }

            return members;
        }

        if (node is JsonArray items && items.Count > 0 && random.Next(3) > 0)
        {
            var at = random.Next(items.Count);
            var item = items[at];
            items.RemoveAt(at);
            items.Insert(at, Spoil(item, random));
            return items;
        }

        return Json(random);
    }

    /// <summary>Corrupts a body as text, so that it may no longer be JSON or UTF-8.</summary>
    public static byte[] Spoil(byte[] body, Random random)
    {
        if (body.Length == 0)
            return [0xC3, 0x28];
        var at = random.Next(body.Length);
        return random.Next(6) switch
        {
            0 => body[..at],
            1 => [.. body, .. body],
            2 => [.. body[..at], (byte)random.Next(256), .. body[at..]],
            3 => Encoding.UTF8.GetBytes(
                Encoding.UTF8.GetString(body).Replace("\":", "\":\"\\ud800\",\"x\":", StringComparison.Ordinal)
            ),
            4 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 5_000))),
            _ => [],
        };
    }

    private static JsonNode Nested(int depth)
    {
        JsonNode node = new JsonObject();
        for (var level = 0; level < depth; level++)
            node = level % 2 == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        return node;
    }
}
