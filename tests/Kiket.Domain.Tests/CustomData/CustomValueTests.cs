using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Domain.Tests.CustomData;

public sealed class CustomValueTests
{
    [Theory]
    [InlineData("Integer", "5", "5")]
    [InlineData("Integer", "5.0", "5")]
    [InlineData("Integer", "\"5\"", "5")] // SDKs send numbers as texts
    [InlineData("Integer", "5.5", null)]
    [InlineData("Integer", "2147483648", null)]
    [InlineData("Bigint", "2147483648", "2147483648")]
    [InlineData("Decimal", "1.50", "1.5")]
    [InlineData("Boolean", "true", "true")]
    [InlineData("Boolean", "\"true\"", null)]
    [InlineData("Date", "\"2026-02-28\"", "\"2026-02-28\"")]
    [InlineData("Date", "\"2026-02-30\"", null)]
    [InlineData("Timestamp", "\"2026-02-28T10:00:00+02:00\"", "\"2026-02-28T08:00:00.000Z\"")]
    [InlineData("Timestamp", "\"tomorrow\"", null)]
    [InlineData("Text", "\"a\"", "\"a\"")]
    [InlineData("Text", "1", null)]
    [InlineData("Json", "{\"a\":[1]}", "{\"a\":[1]}")]
    public void A_value_is_normalized_or_refused(string type, string given, string? kept) =>
        Assert.Equal(kept, CustomValues.Read(Column(type), Json(given))?.GetRawText());

    [Fact]
    public void Everything_that_is_wrong_with_a_record_is_named_at_once()
    {
        var table = new CustomTable(
            "orders",
            null,
            false,
            [Column("Integer") with { Name = "count", Nullable = false }, Column("Date")],
            []
        );

        var refused = CustomValues.Fit(table, Given("""{"value": "soon", "colour": "red"}"""), null, An.Noon);

        Assert.Equal(ErrorCodes.ValidationError, refused.Error?.Code);
        Assert.Equal(["record.colour", "record.count", "record.value"], refused.Error!.Details.Select(d => d.Field));
    }

    [Fact]
    public void What_is_not_given_stays_or_has_its_default()
    {
        var table = new CustomTable(
            "orders",
            null,
            false,
            [
                Column("Integer") with
                {
                    Name = "count",
                    Default = Json("3"),
                },
                Column("Timestamp") with
                {
                    Name = "made",
                    DefaultsToNow = true,
                },
                Column("Text") with
                {
                    Name = "note",
                },
            ],
            []
        );

        var made = CustomValues.Fit(table, Given("{}"), null, An.Noon).Value;
        var changed = CustomValues.Fit(table, Given("""{"note": "x"}"""), Given("""{"count": 9}"""), An.Noon).Value;

        Assert.Equal(["3", "\"2026-03-02T12:00:00.000Z\"", "null"], made.Values.Select(v => v.GetRawText()));
        Assert.Equal(("9", "\"x\""), (changed["count"].GetRawText(), changed["note"].GetRawText()));
    }

    [Fact]
    public void Numbers_sort_as_texts_as_they_do_as_numbers_and_empty_comes_last()
    {
        decimal?[] numbers = [-1000.5m, -1000m, -2.25m, -2m, 0m, 0.5m, 2m, 10m, 10.01m, 99999999m, null];

        var keys = numbers.Select(n =>
            CustomValues.Sortable(Column("Decimal"), n is null ? null : JsonSerializer.SerializeToElement(n))
        );

        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    private static CustomColumn Column(string type) => new("value", Enum.Parse<CustomColumnType>(type));

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    private static Dictionary<string, JsonElement> Given(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
