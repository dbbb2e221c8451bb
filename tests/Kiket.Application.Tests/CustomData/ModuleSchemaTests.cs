using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Kiket.Application.CustomData;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Infrastructure.CustomData;

namespace Kiket.Application.Tests.CustomData;

public sealed class ModuleSchemaTests
{
    private static readonly CustomModuleReader Reader = new();

    /// <summary>Short schemas, each with its own features, so that a mutation is likely to matter.</summary>
    private static readonly string[] Schemas =
    [
        """
            module: com.example.time
            tables:
              entries:
                columns:
                  - { name: id, type: bigint, primary_key: true }
                  - { name: hours, type: "decimal(6,2)", default: 0.5 }
                  - { name: at, type: timestamp, default: now() }
                indexes: [{ columns: [hours, at], unique: true }]
            """,
        """
            module:
              id: shop
              tables:
                - name: t
                  soft_delete: false
                  columns:
                    - &c { name: email, type: string(40), nullable: no, unique: true }
                    - { <<: *c, name: tags, type: jsonb, unique: false }
            """,
        """
            module: m
            version: "1.2"
            tables: { t: { columns: [{ name: owner, type: bigint }] } }
            permissions:
              - { role: user, tables: [t], operations: [read], conditions: [{ column: owner, equals: current_user_id }] }
              - { role: manager, tables: { t: [read, write] } }
            """,
        """{"module": "j", "tables": {"t": {"columns": [{"name": "a", "type": "integer", "default": 3"""
            + """, "indexed": true}, {"name": "b", "type": "date"}]}}}""",
    ];

    /// <summary>
    /// Bytes changed, parts duplicated, cut and swapped, words exchanged: the result is a working schema or errors with
    /// positions.
    /// </summary>
    [Fact]
    public void Mutated_schemas_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(20261124);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 50_000; round++)
        {
            var text = Mutate(Schemas[round % Schemas.Length], random);
            var begun = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            Result<ReadModule> outcome;
            try
            {
                outcome = Reader.Read(AsGiven(text));
                if (outcome.Error is null)
                    Use(outcome.Value.Schema, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Round {round} failed:\n{text}", e);
            }

            Assert.InRange(Stopwatch.GetElapsedTime(begun.Item1), TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - begun.Item2, 0, 50_000_000);
            if (outcome.Error is not { } refusal)
            {
                read++;
                continue;
            }

            refused++;
            Assert.Equal(ServerErrorCodes.DefinitionInvalid, refusal.Code);
            Assert.All(
                refusal.Details,
                d => Assert.True(d is { Line: >= 0, Column: >= 0, Message.Length: > 0 and < 1000 }, $"{d.Field}: {d.Message}")
            );
        }

        Assert.True(read > 5_000 && refused > 5_000, $"{read} read, {refused} refused");
    }

    public static TheoryData<string> Bombs =>
        new()
        {
            "laughs",
            "long text",
            "deep lists",
            "deep maps",
            "tables",
            "columns",
            "columns through aliases",
            "indexes",
            "indexes through aliases",
            "index of many columns",
            "permissions",
            "permissions of many tables",
            "permissions through aliases",
            "names",
            "keys",
        };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_schema_that_is_made_to_be_large_is_refused_soon_and_in_little_memory(string bomb)
    {
        var text = BombOf(bomb);
        Assert.InRange(text.Length, 1, 1024 * 1024);
        var (begun, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());

        var refused = Reader.Read(new(text, null));

        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000_000);
        Assert.Equal(ServerErrorCodes.DefinitionInvalid, refused.Error?.Code);
        Assert.InRange(refused.Error!.Details.Count, 1, 1001);
    }

    private static string BombOf(string bomb)
    {
        const string table = "module: m\ntables:\n  t:\n    columns:\n      - {name: a, type: integer}\n";
        static string Repeat(int count, Func<int, string> item) => string.Concat(Enumerable.Range(0, count).Select(item));
        return bomb switch
        {
            "laughs" => "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
                + Repeat(12, n => $"a{n + 1}: &a{n + 1} [{string.Join(", ", Enumerable.Repeat($"*a{n}", 10))}]\n")
                + table,
            "long text" => $"module: m\ndescription: &a {new string('x', 100_000)}\ntables: [{Repeat(90_000, _ => "*a, ")}]\n",
            "deep lists" => "module: m\ntables: " + new string('[', 400_000),
            "deep maps" => "module: m\ntables: " + Repeat(200_000, _ => "{a: "),
            "tables" => "module: m\ntables:\n" + Repeat(20_000, n => $"  t{n}: {{columns: [{{name: a, type: text}}]}}\n"),
            "columns" => "module: m\ntables:\n  t:\n    columns:\n"
                + Repeat(15_000, n => $"      - {{name: c{n}, type: text}}\n"),
            "columns through aliases" => "module: m\nx: &x {name: a, type: money}\ntables:\n  t:\n    columns: ["
                + Repeat(19_000, _ => "*x, ")
                + "]\n",
            "indexes" => table + "    indexes:\n" + Repeat(20_000, n => $"      - {{columns: [a], unique: true, name: n{n}}}\n"),
            "indexes through aliases" => table
                + "    indexes:\n      - &x {columns: [a], unique: true}\n"
                + Repeat(15_000, _ => "      - *x\n"),
            "index of many columns" => table + "    indexes:\n      - columns: [" + Repeat(90_000, n => $"c{n}, ") + "]\n",
            "permissions" => table
                + "permissions:\n"
                + Repeat(12_000, n => $"  - {{role: user, tables: [t], operations: [read]}}\n"),
            "permissions of many tables" => table
                + "permissions:\n  - role: user\n    tables: {"
                + Repeat(45_000, n => $"t{n}: [], ")
                + "}\n",
            "permissions through aliases" => table
                + "permissions:\n  - &x {role: user, tables: [t, t, t, t], operations: [read]}\n"
                + Repeat(9_000, _ => "  - *x\n"),
            "names" => "module: " + new string('m', 500_000) + "\ntables: {" + new string('t', 400_000) + ": {}}\n",
            _ => table + Repeat(40_000, n => $"key{n}: 1\n") + "permissions: x\n",
        };
    }

    private static ModuleText AsGiven(string text)
    {
        try
        {
            return text.StartsWith('{') ? new(null, JsonSerializer.Deserialize<JsonElement>(text)) : new(text, null);
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // half a surrogate pair
        {
            return new(text, null);
        }
    }

    /// <summary>The schema can be stored and accepts records.</summary>
    private static void Use(CustomModuleSchema schema, Random random)
    {
        Assert.InRange(schema.Key.Length, 1, CustomModuleSchema.MaxKeyLength);
        Assert.NotEmpty(schema.Tables);
        var kept = JsonSerializer.Deserialize<CustomModuleSchema>(JsonSerializer.Serialize(schema))!;
        foreach (var table in kept.Tables)
        {
            Assert.All(table.UniqueKeys, k => Assert.All(k, c => Assert.NotNull(table.Find(c))));
            var given = table.Columns.ToDictionary(c => c.Name, _ => Value(random), StringComparer.Ordinal);
            if (CustomValues.Fit(table, given, null, DateTimeOffset.UnixEpoch) is not { Error: null } fit)
                continue;
            var record = CustomRecord.Add(new(1), 2, new(3), table.Name, fit.Value, DateTimeOffset.UnixEpoch);
            Assert.All(
                CustomRecordValue.Of(record, table),
                v => Assert.InRange(v.Value.Length, 0, CustomRecordValue.MaxValueLength)
            );
        }
    }

    private static JsonElement Value(Random random) =>
        JsonSerializer.Deserialize<JsonElement>(
            random.Next(10) switch
            {
                0 => "null",
                1 => "true",
                2 => "-7",
                3 => "3.25",
                4 => "\"text\"",
                5 => "\"2026-02-28\"",
                6 => "\"0001-01-01T00:00:00+14:00\"",
                7 => "1e300",
                8 => "{\"a\": [1]}",
                _ => "79228162514264337593543950335",
            }
        );

    private static string Mutate(string text, Random random)
    {
        const string spice = "{}[]&*!|>'\"%@`:,-?#\t\n\0\\ ~<=()\uFEFF\uD800é0a9";
        string[] words =
        [
            "name",
            "type",
            "bigint",
            "integer",
            "decimal",
            "decimal(28,28)",
            "decimal(99,1)",
            "string",
            "string(0)",
            "string(9999999999)",
            "text",
            "boolean",
            "timestamp",
            "date",
            "json",
            "null",
            "true",
            "false",
            "id",
            "project_id",
            "unique",
            "indexed",
            "default",
            "now()",
            "primary_key",
            "columns",
            "tables",
            "indexes",
            "permissions",
            "module",
            "user",
            "1e9",
            "-1",
            "current_user_id",
        ];
        var result = new StringBuilder(text);
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var at = random.Next(result.Length);
            var length = Math.Min(random.Next(1, 60), result.Length - at);
            _ = random.Next(7) switch
            {
                0 => result.Insert(at, spice[random.Next(spice.Length)]),
                1 => result.Remove(at, 1),
                2 => result.Remove(at, length),
                3 => result.Insert(random.Next(result.Length), result.ToString(at, length)),
                4 => result.Replace(words[random.Next(words.Length)], words[random.Next(words.Length)]),
                5 => result.Insert(at, words[random.Next(words.Length)]),
                _ => result.Replace(result[at], spice[random.Next(spice.Length)], at, 1),
            };
            if (result.Length == 0)
                result.Append(' ');
        }

        return result.ToString();
    }
}
