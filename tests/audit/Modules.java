// Modules made of Bouncy Castle, for long_bouncycastle.sh: FOLDER/SCHEME.vk, .spki and signatures in FOLDER/SCHEME: a key and a
// shard of it side by side (LMS), then one state restored from a backup, which signs an index again: FOLDER/SCHEME-again.
import java.nio.file.*;
import java.security.SecureRandom;
import org.bouncycastle.crypto.*;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.pqc.crypto.*;
import org.bouncycastle.pqc.crypto.lms.*;
import org.bouncycastle.pqc.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.pqc.crypto.xmss.*;

public class Modules {
    static Path folder;

    static void write(String name, byte[] b) throws Exception {
        Path p = folder.resolve(name);
        Files.createDirectories(p.getParent());
        Files.write(p, b);
    }

    static byte[] text(String name) { return ("signed as " + name).getBytes(); }

    static void sign(MessageSigner signer, CipherParameters key, String name, int count) throws Exception {
        signer.init(true, key);
        for (int i = 0; i < count; i++)
            write(name + "-" + i, signer.generateSignature(text(name + i)));
    }

    static void publish(String scheme, AsymmetricKeyParameter key, byte[] raw) throws Exception {
        write(scheme + ".vk", raw);
        write(scheme + ".spki", SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key).getEncoded());
    }

    static final LMSParameters SET = new LMSParameters(LMSigParameters.lms_sha256_n32_h5, LMOtsParameters.sha256_n32_w8);

    static void lms() throws Exception {
        LMSKeyPairGenerator g = new LMSKeyPairGenerator();
        g.init(new LMSKeyGenerationParameters(SET, new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        LMSPublicKeyParameters vk = (LMSPublicKeyParameters)pair.getPublic();
        LMSPrivateKeyParameters key = (LMSPrivateKeyParameters)pair.getPrivate();
        publish("lms", vk, vk.getEncoded());
        LMSPrivateKeyParameters shard = key.extractKeyShard(8);
        sign(new LMSSigner(), shard, "lms/shard", 5);
        byte[] backup = key.getEncoded();
        sign(new LMSSigner(), key, "lms/rest", 5);
        sign(new LMSSigner(), LMSPrivateKeyParameters.getInstance(backup, vk.getEncoded()), "lms-again/restored", 1);
    }

    static void hss() throws Exception {
        HSSKeyPairGenerator g = new HSSKeyPairGenerator();
        g.init(new HSSKeyGenerationParameters(new LMSParameters[] { SET, SET }, new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        HSSPublicKeyParameters vk = (HSSPublicKeyParameters)pair.getPublic();
        HSSPrivateKeyParameters key = (HSSPrivateKeyParameters)pair.getPrivate();
        publish("hss", vk, vk.getEncoded());
        byte[] backup = key.getEncoded();
        sign(new HSSSigner(), key, "hss/module", 34);
        sign(new HSSSigner(), HSSPrivateKeyParameters.getInstance(backup, vk.getEncoded()), "hss-again/restored", 1);
    }

    static void xmss() throws Exception {
        XMSSParameters set = XMSSParameters.lookupByOID(1);
        XMSSKeyPairGenerator g = new XMSSKeyPairGenerator();
        g.init(new XMSSKeyGenerationParameters(set, new SecureRandom()));
        AsymmetricCipherKeyPair pair = g.generateKeyPair();
        XMSSPublicKeyParameters vk = (XMSSPublicKeyParameters)pair.getPublic();
        XMSSPrivateKeyParameters key = (XMSSPrivateKeyParameters)pair.getPrivate();
        publish("xmss", vk, vk.getEncoded());
        byte[] backup = key.getEncoded();
        XMSSSigner signer = new XMSSSigner(), restored = new XMSSSigner();
        signer.init(true, key);
        for (int i = 0; i < 5; i++)
            write("xmss/module-" + i, signer.generateSignature(text("xmss" + i)));
        restored.init(true, new XMSSPrivateKeyParameters.Builder(set).withPrivateKey(backup).build());
        write("xmss-again/restored-0", restored.generateSignature(text("again")));
    }

    public static void main(String[] args) throws Exception {
        folder = Paths.get(args[0]);
        lms();
        hss();
        xmss();
    }
}
