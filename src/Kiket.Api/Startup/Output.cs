using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kiket.Api.Startup;

/// <summary>How commands print what they have found: columns for people, JSON for programs.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>An option of each command that prints rows.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Prints JSON." };

    /// <summary>The rows, each with the same number of cells; the last column is as wide as it needs to be.</summary>
    public static string Print<T>(IReadOnlyList<T> rows, bool isJson, Func<T, string[]> cells)
    {
        if (isJson)
            return JsonSerializer.Serialize(rows, Indented);
        var lines = rows.Select(cells).ToList();
        var widths = Enumerable
            .Range(0, lines.Select(l => l.Length).FirstOrDefault())
            .Select(column => lines.Max(l => l[column].Length))
            .ToList();
        return string.Join(
            Environment.NewLine,
            lines.Select(l => string.Join("  ", l.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd())
        );
    }
}
