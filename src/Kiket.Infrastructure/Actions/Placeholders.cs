using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Values;
using Kiket.Application.Actions;
using Kiket.Domain.Common;
using Microsoft.Extensions.Configuration;

namespace Kiket.Infrastructure.Actions;

/// <summary>
/// Fills placeholders with Fluid, one expression at a time: a path followed by a few harmless filters. No tags, loops or ranges
/// reach Fluid, and filled-in values are never read as templates, so that user input affects neither time nor memory.
/// </summary>
/// <param name="environment">The values of <c>${env.NAME}</c>; nothing else of the process is visible.</param>
internal sealed partial class Placeholders(IConfiguration environment) : IPlaceholders
{
    private const int MaxResultLength = 65_536;
    private const int MaxValueLength = 10_000;
    private const int MaxExpressionLength = 500;
    private static readonly FluidParser Parser = new();
    private static readonly TemplateOptions Options = Configure();
    private readonly Dictionary<string, object?> env = environment
        .GetChildren()
        .ToDictionary(c => c.Key, c => (object?)c.Value, StringComparer.OrdinalIgnoreCase);

    public string Fill(string text, IReadOnlyDictionary<string, object?> values)
    {
        TemplateContext? context = null;
        var filled = new StringBuilder(text.Length);
        var rest = 0;
        foreach (var place in Place().EnumerateMatches(text))
        {
            filled.Append(text, rest, place.Index - rest);
            rest = place.Index + place.Length;
            var written = text.AsSpan(place.Index, place.Length);
            var expression = written.Trim("${} ").ToString();
            filled.Append(
                expression.Length <= MaxExpressionLength && Expression().IsMatch(expression)
                    ? Evaluate(expression, context ??= ContextOf(values)) ?? written.ToString()
                    : written.ToString()
            );
            if (filled.Length > MaxResultLength)
                break;
        }

        filled.Append(text, rest, text.Length - rest);
        return StorableText.Of(filled.ToString(), MaxResultLength);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A definition must not stop an event, whatever the library throws.")]
    private static string? Evaluate(string expression, TemplateContext context)
    {
        try
        {
            if (!Parser.TryParse($"{{{{ {expression} }}}}", out var template))
                return null;
            var value = template.Render(context, NullEncoder.Default);
            return StorableText.Of(value, MaxValueLength);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private TemplateContext ContextOf(IReadOnlyDictionary<string, object?> values)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in values)
            context.SetValue(name, FluidValue.Create(value, Options));
        context.SetValue("env", FluidValue.Create(env, Options));
        return context;
    }

    private static TemplateOptions Configure()
    {
        var options = new TemplateOptions
        {
            MaxSteps = 100,
            MaxRecursion = 10,
            CultureInfo = CultureInfo.InvariantCulture,
        };
        options.Filters.AddFilter("slugify", (input, _, _) => FluidValue.Create(Slug(input.ToStringValue()), options));
        return options;
    }

    private static string Slug(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (
                CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark
                && slug is { Length: > 0 }
                && slug[^1] != '-'
            )
                slug.Append('-');
        }

        return slug.ToString().Trim('-');
    }

    [GeneratedRegex(@"\$\{[^{}]*\}|\{\{[^{}]*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    /// <summary>A path and at most five filters, none of which can loop or look anything up.</summary>
    [GeneratedRegex(
        """
            ^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*|\[\d{1,3}\])*
            (
              \s*\|\s*
              (slugify|upcase|downcase|capitalize|strip|truncate|default|first|last|size|join|append|prepend
                |escape|url_encode|round)
              (\s*:\s*("[^"]*"|'[^']*'|\d{1,4})(\s*,\s*("[^"]*"|'[^']*'|\d{1,4}))?)?
            ){0,5}
            \s*$
            """,
        RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace,
        matchTimeoutMilliseconds: 200
    )]
    private static partial Regex Expression();
}
