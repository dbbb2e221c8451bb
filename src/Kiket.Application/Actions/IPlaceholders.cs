namespace Kiket.Application.Actions;

/// <summary>
/// Fills the placeholders of definitions, <c>${issue.title}</c> and <c>{{issue.title}}</c>; the border to the template library.
/// </summary>
internal interface IPlaceholders
{
    /// <summary>Fills every placeholder of a text. Other text stays as it is, even inside filled-in values.</summary>
    /// <param name="text">The text, from a definition.</param>
    /// <param name="values">All that placeholders can see: texts, numbers, flags, lists and dictionaries of these.</param>
    string Fill(string text, IReadOnlyDictionary<string, object?> values);
}
