using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>Documents, dashboards and alerts name the instruments that the code has.</summary>
public sealed partial class ObservabilityTests
{
    private static readonly IReadOnlyList<string> Documented =
    [
        .. File.ReadLines(Path.Combine(Sources.Root, "docs", "observability.md"))
            .Where(line => line.StartsWith("| `kiket.", StringComparison.Ordinal)),
    ];

    [Fact]
    public void The_document_lists_each_instrument_with_its_kind_and_unit_and_no_other()
    {
        var code = Sources
            .Files("src")
            .SelectMany(file => InstrumentInCode().Matches(File.ReadAllText(file)))
            .Select(m => (m.Groups["name"].Value, KindOf(m.Groups["kind"].Value), m.Groups["unit"].Value))
            .Order()
            .ToList();

        Assert.NotEmpty(code);
        Assert.Equal(code, Documented.Select(InstrumentOf));
    }

    [Theory]
    [InlineData("deploy/prometheus/alerts.yaml")]
    [InlineData("deploy/grafana/kiket.json")]
    public void Dashboard_and_alerts_ask_for_metrics_that_exist(string file)
    {
        var known = Documented.Select(InstrumentOf).SelectMany(PrometheusNamesOf).Concat(FrameworkMetrics()).ToHashSet();

        var asked = MetricInQuery()
            .Matches(File.ReadAllText(Path.Combine(Sources.Root, file)))
            .Select(m => m.Value)
            .Distinct()
            .ToList();

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(known));
    }

    /// <summary>The framework's instruments in the document: <c>`name` (kind, `unit`)</c>.</summary>
    private static IEnumerable<string> FrameworkMetrics() =>
        FrameworkInstrument()
            .Matches(File.ReadAllText(Path.Combine(Sources.Root, "docs", "observability.md")))
            .SelectMany(m => PrometheusNamesOf((m.Groups["name"].Value, m.Groups["kind"].Value, m.Groups["unit"].Value)));

    private static (string Name, string Kind, string Unit) InstrumentOf(string row)
    {
        var cells = row.Split('|').Select(c => c.Trim().Trim('`')).ToList();
        return (cells[1], cells[2], cells[3]);
    }

    private static string KindOf(string method) => method is "ObservableGauge" ? "gauge" : method.ToLowerInvariant();

    /// <summary>As OpenTelemetry translates names for Prometheus.</summary>
    private static IEnumerable<string> PrometheusNamesOf((string Name, string Kind, string Unit) instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "", // {annotations} and none
        };
        var name = instrument.Name.Replace('.', '_') + unit;
        return instrument.Kind switch
        {
            "counter" => [$"{name}_total"],
            "histogram" => [$"{name}_bucket", $"{name}_count", $"{name}_sum"],
            _ => [name],
        };
    }

    [GeneratedRegex(
        """Create(?<kind>Counter|Histogram|ObservableGauge)(<\w+>)?\(\s*"(?<name>kiket\.[a-z_.]+)","""
            + """\s*(\(\) => [^\n]*,\s*)?("(?<unit>[^" ]+)",)?"""
    )]
    private static partial Regex InstrumentInCode();

    [GeneratedRegex("""`(?<name>[a-z_.]+)` \((?<kind>\w+), `(?<unit>[^`]+)`\)""")]
    private static partial Regex FrameworkInstrument();

    [GeneratedRegex(@"\b(kiket|http_server|http_client|dotnet|db_client)_[a-z_]+(?=[\[{) ""\n,])")]
    private static partial Regex MetricInQuery();
}
