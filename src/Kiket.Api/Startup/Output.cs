using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kiket.Application.Common;
using Spectre.Console;

namespace Kiket.Api.Startup;

/// <summary>How commands print what they have found: columns for people, JSON for programs.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new(WireJson.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>An option of each command that prints rows.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Prints JSON." };

    /// <summary>Shows that something takes a while: on a terminal only, and on the error stream, because the other is for the
    /// answer.</summary>
    public static Task<T> WhileAsync<T>(string activity, Func<Task<T>> work) =>
        Console.IsErrorRedirected
            ? work()
            : AnsiConsole
                .Create(new() { Out = new AnsiConsoleOutput(Console.Error) })
                .Status()
                .StartAsync($"{activity} …", _ => work());

    /// <summary>An id, a count.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A moment in UTC, to the second.</summary>
    public static string Instant(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>The rows, each with the same number of cells; the last column is as wide as it needs to be.</summary>
    /// <param name="columns">Their headings; none where the cells explain themselves.</param>
    public static string Print<T>(IReadOnlyList<T> rows, bool isJson, Func<T, string[]> cells, params string[] columns)
    {
        if (isJson)
            return JsonSerializer.Serialize(rows, Indented);
        List<string[]> lines = [.. rows.Select(cells)];
        if (columns.Length > 0)
            lines.Insert(0, [.. columns.Select(c => c.ToUpperInvariant())]);
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
