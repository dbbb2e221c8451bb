using System.Collections.Frozen;

namespace Kiket.Infrastructure.Definitions;

/// <summary>
/// The JSON Schemas of pack files, for editors: draft 7, because it is what they understand best. They are in
/// <c>Schemas/</c>; a test compares them with the readers.
/// </summary>
internal static class DefinitionSchemas
{
    /// <summary>By file name: <c>workflow.json</c>.</summary>
    public static FrozenDictionary<string, byte[]> All { get; } = Read().ToFrozenDictionary(StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, byte[]>> Read()
    {
        const string prefix = "schemas/";
        var assembly = typeof(DefinitionSchemas).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            resource.CopyTo(content);
            yield return new(name[prefix.Length..], content.ToArray());
        }
    }
}
