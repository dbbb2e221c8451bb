namespace Kiket.Application.Ports;

/// <summary>Hashes passwords, which is slow on purpose and takes too long for a transaction.</summary>
internal interface IPasswordHashing
{
    string Hash(string password);

    /// <param name="hash">Null takes just as long and never matches, so that nobody learns which users exist.</param>
    bool Matches(string? hash, string password);
}
