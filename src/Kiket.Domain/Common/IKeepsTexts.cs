namespace Kiket.Domain.Common;

/// <summary>
/// An aggregate whose texts are kept in one spelling, some of them also in the form in which they are searched or sorted.
/// </summary>
internal interface IKeepsTexts
{
    /// <summary>
    /// Brings texts that an earlier version of Kiket has kept into the form of this one. That is not a change: it causes no
    /// event.
    /// </summary>
    void RefreshTexts();
}
