using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>A condition on a column; its values are in the form whose text order is the order of the values.</summary>
internal sealed record CustomCondition(CustomColumn Column, string Operator, IReadOnlyList<string> Values)
{
    /// <summary>The selectivity: the lower, the fewer records a condition is likely to match.</summary>
    public int Rank =>
        Operator switch
        {
            "in" => Values.Count == 1 ? 0 : 1,
            "ne" => 3,
            _ => 2,
        };

    /// <summary>The condition that a column contains the user.</summary>
    public static CustomCondition OwnedBy(CustomColumn column, UserId userId) =>
        new(column, "in", [CustomValues.Sortable(column, OwnerIn(column, userId))]);

    public bool Matches(IReadOnlyDictionary<string, JsonElement> data)
    {
        var held = CustomValues.SortableOf(data, Column);
        var order = string.CompareOrdinal(held, Values.Count > 0 ? Values[0] : "");
        return Operator switch
        {
            "in" => Values.Contains(held, StringComparer.Ordinal),
            "ne" => order != 0,
            "gt" => order > 0 && held != CustomValues.Missing,
            "gte" => order >= 0 && held != CustomValues.Missing,
            "lt" => order < 0,
            _ => order <= 0,
        };
    }

    /// <param name="isBounded">
    /// Whether another condition has an upper bound. An index scan uses only one; if that were the one that excludes empty
    /// columns, the scan would read to the end.
    /// </param>
    [SuppressMessage("Globalization", "CA1309", Justification = "The database compares, byte by byte.")]
    public IQueryable<CustomRecordValue> Apply(IQueryable<CustomRecordValue> all, bool isBounded)
    {
        var name = Column.Name;
        var of = all.Where(v => v.Column == name);
        var first = Values.Count > 0 ? Values[0] : "";
        return Operator switch
        {
            "in" when Values.Count == 1 => of.Where(v => v.Value == first),
            "in" => of.Where(v => Values.Contains(v.Value)),
            "ne" => of.Where(v => v.Value != first),
            "gt" when isBounded => of.Where(v => string.Compare(v.Value, first) > 0),
            "gte" when isBounded => of.Where(v => string.Compare(v.Value, first) >= 0),
            "gt" => of.Where(v => string.Compare(v.Value, first) > 0 && string.Compare(v.Value, CustomValues.Missing) < 0),
            "gte" => of.Where(v => string.Compare(v.Value, first) >= 0 && string.Compare(v.Value, CustomValues.Missing) < 0),
            "lt" => of.Where(v => string.Compare(v.Value, first) < 0),
            _ => of.Where(v => string.Compare(v.Value, first) <= 0),
        };
    }

    /// <summary>A user's id in the form of the column: a number or a text.</summary>
    private static JsonElement OwnerIn(CustomColumn column, UserId userId) =>
        column.Type is CustomColumnType.String
            ? JsonSerializer.SerializeToElement(userId.ToString())
            : JsonSerializer.SerializeToElement(userId);
}

/// <summary>Parses filters: a value means equality, a list any of its values, an object operators.</summary>
internal static class CustomFilters
{
    private const int MaxValues = 100;

    /// <summary>Each condition is a separate subquery.</summary>
    private const int MaxConditions = 20;

    private static readonly string[] Operators = ["eq", "ne", "gt", "gte", "lt", "lte", "in"];

    public static Result<IReadOnlyList<CustomCondition>> Read(CustomTable table, IReadOnlyDictionary<string, JsonElement> filters)
    {
        List<CustomCondition> conditions = [];
        foreach (var (name, value) in filters)
        {
            if (table.Find(name) is not { Type: not CustomColumnType.Json } column)
                return Invalid(name, $"{table.Name} has no column {name} to filter by.");
            List<(string Operator, JsonElement Value)> parts =
                value.ValueKind is JsonValueKind.Object
                    ? [.. value.EnumerateObject().Select(m => (m.Name, m.Value))]
                    : [(value.ValueKind is JsonValueKind.Array ? "in" : "eq", value)];
            foreach (var (operation, operand) in parts)
            {
                if (!Operators.Contains(operation))
                    return Invalid(name, $"'{operation}' is not a valid operator; use {string.Join(", ", Operators)}.");
                List<JsonElement> operands = operand.ValueKind is JsonValueKind.Array ? [.. operand.EnumerateArray()] : [operand];
                if (operands.Count is 0 or > MaxValues || (operand.ValueKind is JsonValueKind.Array && operation != "in"))
                    return Invalid(name, $"{name} must be compared with one value or with a list of 1 to {MaxValues}.");
                List<string> texts = [];
                foreach (var one in operands)
                {
                    if (
                        Text(column, one) is not { } text
                        || (one.ValueKind is JsonValueKind.Null && operation is ("gt" or "gte" or "lt" or "lte"))
                    )
                        return Invalid(name, $"{name} must be {CustomValues.Describe(column)}.");
                    texts.Add(text);
                }

                if (conditions.Count == MaxConditions)
                    return Invalid(name, $"A list can be filtered by at most {MaxConditions} conditions.");
                conditions.Add(new(column, operation == "eq" ? "in" : operation, texts));
            }
        }

        return conditions;
    }

    /// <summary>Query parameters are text, so the text true is the boolean true if the column requires one.</summary>
    private static string? Text(CustomColumn column, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
            return CustomValues.Missing;
        if (
            column.Type is CustomColumnType.Boolean
            && value.ValueKind is JsonValueKind.String
            && value.GetString() is ("true" or "false")
        )
            value = JsonSerializer.SerializeToElement(value.GetString() == "true");
        return CustomValues.Read(column, value) is { } read ? CustomValues.Sortable(column, read) : null;
    }

    private static Error Invalid(string column, string message) => Error.InvalidParameter($"filters.{column}", message);
}
