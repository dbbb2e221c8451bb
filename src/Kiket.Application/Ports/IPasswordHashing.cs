namespace Kiket.Application.Ports;

/// <summary>Hashes passwords slowly, which takes too long for a transaction.</summary>
internal interface IPasswordHashing
{
    string Hash(string password);

    /// <param name="hash">Null takes as long and is never right, so that nobody learns which users there are.</param>
    bool Matches(string? hash, string password);
}
